// What a picture file says of itself before it is unpacked: its size, which way up it
// is, and where it was taken. Nothing of it is kept but what the person agreed to.

export interface Header {
  width: number;
  height: number;
  /** 1 to 8; from 5 on the picture lies on its side. */
  orientation: number;
  place?: { lat: number; lon: number };
}

/** Enough of a file for its header. */
export const HEADER_BYTES = 256 * 1024;

const ORIENTATION = 0x0112;
const GPS_FOLDER = 0x8825;

/** The header, or null for a form that only the browser knows. */
export function readHeader(buffer: ArrayBuffer): Header | null {
  const view = new DataView(buffer);
  try {
    if (view.getUint16(0) === 0xffd8) return jpeg(view);
    if (view.getUint32(0) === 0x89504e47) {
      return { width: view.getUint32(16), height: view.getUint32(20), orientation: 1 };
    }
  } catch (error) {
    // A header that ends before it says what it must: the browser decides.
    if (!(error instanceof RangeError)) throw error;
  }
  return null;
}

function jpeg(view: DataView): Header | null {
  let said: Pick<Header, "orientation" | "place"> = { orientation: 1 };
  for (let at = 2; at + 9 < view.byteLength; ) {
    const marker = view.getUint16(at);
    const isFrame = marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker);
    if (isFrame) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7), ...said };
    if (marker === 0xffe1 && view.getUint32(at + 4) === 0x45786966) said = exif(view, at + 10);
    at += 2 + view.getUint16(at + 2);
  }
  return null;
}

function exif(view: DataView, start: number): Pick<Header, "orientation" | "place"> {
  const little = view.getUint16(start) === 0x4949;
  const first = folder(view, start, view.getUint32(start + 4, little), little);
  const orientation = first.get(ORIENTATION);
  const gps = first.get(GPS_FOLDER);
  return {
    orientation: orientation ? view.getUint16(orientation, little) : 1,
    place: gps ? place(view, start, folder(view, start, view.getUint32(gps, little), little), little) : undefined,
  };
}

/** Where the value of each tag of a folder stands. */
function folder(view: DataView, start: number, offset: number, little: boolean): Map<number, number> {
  const count = view.getUint16(start + offset, little);
  const found = new Map<number, number>();
  for (let n = 0; n < count; n += 1) {
    const entry = start + offset + 2 + n * 12;
    found.set(view.getUint16(entry, little), entry + 8);
  }
  return found;
}

function place(view: DataView, start: number, tags: Map<number, number>, little: boolean): Header["place"] {
  const lat = angle(view, start, tags.get(2), tags.get(1), little);
  const lon = angle(view, start, tags.get(4), tags.get(3), little);
  const fits = lat !== null && lon !== null && Math.abs(lat) <= 90 && Math.abs(lon) <= 180;
  return fits ? { lat, lon } : undefined;
}

/** Degrees, minutes and seconds as one number; south and west are below zero. */
function angle(view: DataView, start: number, at?: number, side?: number, little?: boolean): number | null {
  if (at === undefined || side === undefined) return null;
  const values = start + view.getUint32(at, little);
  const [degrees = 0, minutes = 0, seconds = 0] = [0, 8, 16].map(
    (step) => view.getUint32(values + step, little) / view.getUint32(values + step + 4, little),
  );
  const sign = "SW".includes(String.fromCharCode(view.getUint8(side))) ? -1 : 1;
  const sum = sign * (degrees + minutes / 60 + seconds / 3600);
  return Number.isFinite(sum) ? sum : null;
}
