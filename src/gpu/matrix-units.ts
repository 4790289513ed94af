import { isBarrierFree, type Subgroup } from './subgroups';

/** The feature of adapters whose subgroups multiply matrices; browsers hide it behind a flag so far. */
export const MATRIX_FEATURE = 'chromium-experimental-subgroup-matrix' as GPUFeatureName;

/** Shapes that shaders/ops/matmul-matrix.wgsl is written for (M x N sums over K), the largest first: shaders/lib/matrix-*. */
const SHAPES = ['16x16x16', '8x16x16', '8x8x8'] as const;

interface MatrixConfig {
  readonly componentType: string;
  readonly resultComponentType: string;
  readonly M: number;
  readonly N: number;
  readonly K: number;
}

/** Shapes of an adapter's products of float16 with sums in float32. */
export function matrixShapesOf(info: GPUAdapterInfo): ReadonlySet<string> {
  const { subgroupMatrixConfigs = [] } = info as { subgroupMatrixConfigs?: Iterable<MatrixConfig> };
  return new Set(
    [...subgroupMatrixConfigs]
      .filter((c) => c.componentType === 'f16' && c.resultComponentType === 'f32')
      .map((c) => `${c.M}x${c.N}x${c.K}`),
  );
}

/** The shader that states what a device's matrix units take; undefined where it has none. */
export function matrixShaderOf(
  device: GPUDevice,
  subgroup: Subgroup,
  shapes: ReadonlySet<string>,
): string | undefined {
  const { features, limits } = device;
  const fits = 4 * subgroup.count <= limits.maxComputeInvocationsPerWorkgroup;
  // A subgroup is one subgroup, or the quarters of a tile would not be whole.
  if (!features.has(MATRIX_FEATURE) || !features.has('shader-f16') || !isBarrierFree(subgroup) || !fits)
    return undefined;
  const shape = SHAPES.find((s) => shapes.has(s));
  return shape && `lib/matmul/matrix-${shape}`;
}
