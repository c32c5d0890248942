export interface Batch {
  floors: string;
  rooms_per_floor: string;
  first_number: string;
  second_floor_first_number: string;
}

export const MOST_ROOMS = 5_000;

/** The numbers a batch will make (H05): the step between floors is what lies between their first rooms. */
export function batchNumbers(batch: Batch): string[] | null {
  const whole = (text: string) => (/^\d{1,6}$/.test(text.trim()) ? Number(text) : Number.NaN);
  const floors = whole(batch.floors);
  const each = whole(batch.rooms_per_floor);
  const first = whole(batch.first_number);
  const second = whole(batch.second_floor_first_number);
  if (!(floors >= 1) || !(each >= 1) || Number.isNaN(first) || floors * each > MOST_ROOMS) return null;
  if (floors > 1 && !(second >= first + each)) return null;
  const step = floors > 1 ? second - first : 0;
  const width = batch.first_number.trim().length;
  const numbers: string[] = [];
  for (let floor = 0; floor < floors; floor += 1)
    for (let room = 0; room < each; room += 1) numbers.push(String(first + floor * step + room).padStart(width, '0'));
  return numbers.at(-1)!.length <= 6 ? numbers : null;
}
