enable subgroup_size_control;
// A subgroup is one subgroup, of the size that the entry point asks for (src/wgsl/link.ts: pinSubgroups).
//#import lib/subgroup/subgroup
