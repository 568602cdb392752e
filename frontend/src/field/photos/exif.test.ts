import { describe, expect, it } from "vitest";

import { readHeader } from "./exif";
import { LONGEST, optionsFor } from "./scale";
import { wings } from "./shapes";

/** A JPEG's first bytes: Exif with orientation and place, then the frame's size. */
function jpeg(orientation: number, little: boolean): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(300));
  let at = 0;
  const put = (size: 1 | 2 | 4, value: number, swap = false): void => {
    if (size === 1) view.setUint8(at, value);
    else if (size === 2) view.setUint16(at, value, swap);
    else view.setUint32(at, value, swap);
    at += size;
  };
  const tag = (id: number, type: number, count: number, value: () => void): void => {
    put(2, id, little);
    put(2, type, little);
    put(4, count, little);
    const end = at + 4;
    value();
    at = end;
  };
  put(2, 0xffd8);
  put(2, 0xffe1);
  put(2, 200);
  put(4, 0x45786966);
  put(2, 0);
  put(2, little ? 0x4949 : 0x4d4d);
  put(2, 42, little);
  put(4, 8, little);
  put(2, 2, little);
  tag(0x0112, 3, 1, () => put(2, orientation, little));
  tag(0x8825, 4, 1, () => put(4, 38, little));
  put(4, 0);
  put(2, 4, little);
  tag(1, 2, 2, () => put(1, 0x4e));
  tag(2, 5, 3, () => put(4, 92, little));
  tag(3, 2, 2, () => put(1, 0x57));
  tag(4, 5, 3, () => put(4, 116, little));
  put(4, 0);
  for (const [over, under] of [[51, 1], [30, 1], [0, 1], [2, 1], [59, 1], [24, 1]] as const) {
    put(4, over, little);
    put(4, under, little);
  }
  at = 4 + 200;
  put(2, 0xffc0);
  put(2, 17);
  put(1, 8);
  put(2, 3000);
  put(2, 4000);
  return view.buffer;
}

describe("a picture's header", () => {
  it.each([true, false])("says size, way up and place in either byte order", (little) => {
    const header = readHeader(jpeg(6, little));

    expect(header).toMatchObject({ width: 4000, height: 3000, orientation: 6 });
    expect(header?.place?.lat).toBeCloseTo(51.5);
    expect(header?.place?.lon).toBeCloseTo(-2.99);
  });

  it("is none of ours when the file is something else, or ends too early", () => {
    expect(readHeader(new TextEncoder().encode("<html>").buffer)).toBeNull();
    expect(readHeader(new ArrayBuffer(0))).toBeNull();
    for (let length = 1; length < 200; length += 7) readHeader(jpeg(1, true).slice(0, length));
  });

  it("makes the decoder scale a large picture, whichever way it lies", () => {
    expect(optionsFor(readHeader(jpeg(1, true))).resizeWidth).toBe(LONGEST);
    expect(optionsFor(readHeader(jpeg(6, true))).resizeWidth).toBe(1536);
    expect(optionsFor({ width: 800, height: 600, orientation: 1 }).resizeWidth).toBeUndefined();
  });
});

it("an arrow's head lies behind its tip, on both sides", () => {
  const [a, b] = wings({ x: 0, y: 0 }, { x: 100, y: 0 }, 10);

  expect(a?.x).toBeCloseTo(b?.x ?? 0);
  expect(a?.x).toBeLessThan(100);
  expect(a?.y).toBeCloseTo(-(b?.y ?? 0));
});
