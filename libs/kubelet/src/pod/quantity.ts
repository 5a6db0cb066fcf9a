import { quantityMilliValue, quantityValue } from '@keelson/apimachinery';

/** Thousandths of a core, rounded up; 0 if absent. */
export function milliCPU(text: string | undefined): number {
  return text === undefined ? 0 : quantityMilliValue(text);
}

/** Whole units (bytes, pods), rounded up; 0 if absent. */
export function wholeUnits(text: string | undefined): number {
  return text === undefined ? 0 : quantityValue(text);
}

export function formatMilliCPU(milli: number): string {
  return milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`;
}

/** In Ki when that is exact, as upstream's kubelet reports memory and disk. */
export function formatBytes(bytes: number): string {
  return bytes % 1024 === 0 ? `${bytes / 1024}Ki` : String(bytes);
}
