import { isBarrierFree, type Subgroup } from './subgroups';

/** WebGPU feature of subgroup matrices. Browsers have it behind a flag. */
export const MATRIX_FEATURE = 'chromium-experimental-subgroup-matrix' as GPUFeatureName;

/** Shapes (M x N x K) that shaders/ops/matmul-matrix.wgsl supports, largest first; see shaders/lib/matmul/matrix-*. */
const SHAPES = ['16x16x16', '8x16x16', '8x8x8'] as const;

interface MatrixConfig {
  readonly componentType: string;
  readonly resultComponentType: string;
  readonly M: number;
  readonly N: number;
  readonly K: number;
}

/** Subgroup matrix shapes of an adapter for float16 products with float32 sums. */
export function matrixShapesOf(info: GPUAdapterInfo): ReadonlySet<string> {
  const { subgroupMatrixConfigs = [] } = info as { subgroupMatrixConfigs?: Iterable<MatrixConfig> };
  return new Set(
    [...subgroupMatrixConfigs]
      .filter((c) => c.componentType === 'f16' && c.resultComponentType === 'f32')
      .map((c) => `${c.M}x${c.N}x${c.K}`),
  );
}

/** Shader module with the shape of the device's matrix units; undefined if the kernel cannot use them. */
export function matrixShaderOf(
  device: GPUDevice,
  subgroup: Subgroup,
  shapes: ReadonlySet<string>,
): string | undefined {
  const { features, limits } = device;
  const fits = 4 * subgroup.count <= limits.maxComputeInvocationsPerWorkgroup;
  // Each of the four subgroups of a workgroup must be one hardware subgroup.
  if (!features.has(MATRIX_FEATURE) || !features.has('shader-f16') || !isBarrierFree(subgroup) || !fits)
    return undefined;
  const shape = SHAPES.find((s) => shapes.has(s));
  return shape && `lib/matmul/matrix-${shape}`;
}
