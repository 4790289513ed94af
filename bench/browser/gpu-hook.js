// Counts WebGPU calls of a page or a worker. Runs first there: as an init script in pages, prepended to the text of
// workers created from Blobs. The counts are requested over a BroadcastChannel.
(() => {
  if (globalThis.gpuCounts || typeof GPUDevice === 'undefined') return;
  const counts = {
    devices: 0,
    dispatches: 0,
    submits: 0,
    bindGroups: 0,
    pipelines: 0,
    buffers: 0,
    liveBytes: 0,
    peakBytes: 0,
    writes: 0,
    writtenBytes: 0,
    readBytes: 0,
  };
  globalThis.gpuCounts = counts;
  const wrap = (type, name, before) => {
    const original = type.prototype[name];
    type.prototype[name] = function (...args) {
      const result = original.apply(this, args);
      before.call(this, args, result);
      return result;
    };
  };
  const note = (name) => () => {
    counts[name]++;
  };
  wrap(GPUAdapter, 'requestDevice', note('devices'));
  wrap(GPUComputePassEncoder, 'dispatchWorkgroups', note('dispatches'));
  wrap(GPUComputePassEncoder, 'dispatchWorkgroupsIndirect', note('dispatches'));
  wrap(GPUQueue, 'submit', note('submits'));
  wrap(GPUDevice, 'createBindGroup', note('bindGroups'));
  wrap(GPUDevice, 'createComputePipeline', note('pipelines'));
  wrap(GPUDevice, 'createComputePipelineAsync', note('pipelines'));
  wrap(GPUDevice, 'createBuffer', ([descriptor]) => {
    counts.buffers++;
    counts.liveBytes += descriptor.size;
    counts.peakBytes = Math.max(counts.peakBytes, counts.liveBytes);
  });
  const gone = new WeakSet();
  wrap(GPUBuffer, 'destroy', function () {
    if (gone.has(this)) return;
    gone.add(this);
    counts.liveBytes -= this.size;
  });
  wrap(GPUQueue, 'writeBuffer', ([, , data, offset = 0, size]) => {
    counts.writes++;
    const unit = data.BYTES_PER_ELEMENT ?? 1;
    counts.writtenBytes += size === undefined ? data.byteLength - offset * unit : size * unit;
  });
  wrap(GPUBuffer, 'mapAsync', function ([mode, offset = 0, size]) {
    if (mode === GPUMapMode.READ) counts.readBytes += size ?? this.size - offset;
  });
  const channel = new BroadcastChannel('gpu-counts');
  channel.onmessage = ({ data }) => {
    if (data === 'ask') channel.postMessage({ ...counts });
  };
})();
