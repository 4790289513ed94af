import { visibleJson } from '../../util/foreign-text';
import { offerDownload } from './actions';
import { get } from './job';

/** Saves what was found out about the device, and the speeds that were measured on it, as JSON. */
export function saveDeviceReport(): void {
  const { device, memory, runs, difference } = get();
  const json = visibleJson({ device, memory, runs, difference });
  offerDownload(new Blob([json], { type: 'application/json' }), 'nibble-device.json');
}
