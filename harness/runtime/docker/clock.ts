import type { Service } from '../../model/system.ts';

/**
 * What makes a service's wall clock one that can be shifted while it runs: libfaketime, as Debian packs it, asked anew at each look at the clock. The shift (`+3600`) stands in a file in memory,
 * which is gone when the container stands still: no shift outlives its service. The monotonic clock is left alone. `$LIB` is filled in by the loader.
 */
export function clockOf({ clock }: Service): Readonly<Record<string, string>> {
  if (clock === undefined) return {};
  return {
    LD_PRELOAD: '/usr/$LIB/faketime/libfaketimeMT.so.1',
    FAKETIME_TIMESTAMP_FILE: '/dev/shm/faultline-clock',
    FAKETIME_NO_CACHE: '1',
    DONT_FAKE_MONOTONIC: '1',
  };
}
