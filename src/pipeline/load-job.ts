import type { TensorSource } from '../files/model-file';
import type { DeviceTensor } from '../model/device-tensor';

/** Bytes of the source that were taken, by the index of their job. */
export interface LoadProgress {
  readonly job: number;
  readonly sizeBytes: number;
}

/** A tensor and its destination on the device. */
export interface LoadJob {
  readonly tensor: TensorSource;
  readonly to: DeviceTensor;
  readonly importance?: Float32Array<ArrayBuffer> | undefined;
}
