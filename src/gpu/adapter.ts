/** Names of the adapter and limits of the device. Names are empty, and subgroup sizes 0, where a browser hides them. */
export interface AdapterFacts {
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  readonly features: readonly string[];
  readonly subgroupSizes: readonly [least: number, max: number];
  readonly maxBindingBytes: number;
  readonly maxBufferBytes: number;
  readonly maxWorkgroupBytes: number;
  /** Packed 4x8 integers: WGSL's own, or functions of ours where it has none. */
  readonly packed4x8: 'native' | 'emulated';
}

/** The info of a device in a browser that tells none. */
const UNKNOWN = { vendor: '', architecture: '', description: '', isFallbackAdapter: false } as GPUAdapterInfo;

/** The info of a device, else that of its adapter, else one that says nothing. */
export const infoOf = (device: GPUDevice, ofAdapter: GPUAdapterInfo | undefined): GPUAdapterInfo =>
  (device.adapterInfo as GPUAdapterInfo | undefined) ?? ofAdapter ?? UNKNOWN;

export const factsOf = (
  { features, limits }: GPUDevice,
  info: GPUAdapterInfo,
  maxBindingBytes: number,
  isPackedNative: boolean,
): AdapterFacts => ({
  vendor: info.vendor,
  architecture: info.architecture,
  description: info.description,
  features: [...features].sort(),
  subgroupSizes: [info.subgroupMinSize ?? 0, info.subgroupMaxSize ?? 0],
  maxBindingBytes,
  maxBufferBytes: limits.maxBufferSize,
  maxWorkgroupBytes: limits.maxComputeWorkgroupStorageSize,
  packed4x8: isPackedNative ? 'native' : 'emulated',
});
