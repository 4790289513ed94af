enable subgroup_size_control;
// A hardware subgroup whose size the entry point fixes (src/wgsl/link.ts: pinSubgroups).
//#import lib/subgroup/subgroup
