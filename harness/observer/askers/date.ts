/** Whether the `Date` of an answer is near to this machine's wall clock, by which only other clocks are judged, and no span is measured. It tells whole seconds. */
export function dateTells(date: string | undefined, within_ms: number): { readonly well: boolean; readonly how: string } {
  const said = Date.parse(date ?? '');
  if (Number.isNaN(said)) return { well: false, how: date === undefined ? 'no Date' : `Date "${date}"` };
  const ahead_ms = said - Date.now();
  return {
    well: Math.abs(ahead_ms) <= within_ms,
    how: `its clock ${Math.abs(ahead_ms / 1000).toFixed(1)} s ${ahead_ms > 0 ? 'ahead' : 'behind'}`,
  };
}
