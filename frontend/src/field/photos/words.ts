// Where a photo's bytes are, in words that are true.
import type { Media, Photo } from "../types";
import { bytes } from "../words";

/** A picture may be small: 40 kB, 1.2 MB. */
export const sizeOf = (count: number): string => (count < 1e5 ? `${Math.ceil(count / 1000)} kB` : bytes(count));

export interface Where {
  words: string;
  icon: string;
  tone: "" | "good" | "bad";
}

export function whereIs(photo: Photo, media: Media | undefined): Where {
  if (media?.state === "refused") return { words: media.problem || "The office cannot read it.", icon: "alert", tone: "bad" };
  if (photo.state === "refused") return { words: "The office cannot read it. Take it again.", icon: "alert", tone: "bad" };
  if (photo.state === "lost") return { words: "The picture is lost. The office knows.", icon: "alert", tone: "bad" };
  if (photo.state === "stored" || media?.state === "stored") return { words: "Stored at the office", icon: "check", tone: "good" };
  if (photo.unsent) return { words: "Saved on this phone", icon: "s-unscheduled", tone: "" };
  if (photo.state === "received" || media?.state === "complete") return { words: "Sent, being checked", icon: "up", tone: "" };
  if (!media) return { words: `Still on the phone of ${photo.by}`, icon: "person", tone: "" };
  if (media.sent > 0) return { words: `Sending, ${sizeOf(media.sent)} of ${sizeOf(media.size)}`, icon: "up", tone: "" };
  return { words: "Noted at the office; the picture waits on this phone", icon: "s-unscheduled", tone: "" };
}

export const LABELS: Record<Photo["label"], string> = { "": "", before: "Before", after: "After" };

/** "2 on this phone, 1 stored" */
export function summary(photos: Photo[], media: Map<string, Media>): string {
  const stored = photos.filter((photo) => whereIs(photo, media.get(photo.id)).tone === "good").length;
  const here = photos.length - stored;
  if (photos.length === 0) return "";
  if (here === 0) return `${stored} stored`;
  return stored ? `${here} not stored yet, ${stored} stored` : `${here} not stored yet`;
}

const urls = new Map<string, string>();

/** An address for a small picture; the same one each time it is drawn. */
export function thumbUrl(media: Media | undefined, photo: Photo): string {
  const known = urls.get(photo.id);
  if (known) return known;
  if (media?.thumb) {
    const made = URL.createObjectURL(new Blob([media.thumb], { type: "image/jpeg" }));
    urls.set(photo.id, made);
    return made;
  }
  return photo.state === "stored" ? `/field/api/media/${photo.id}/thumb` : "";
}
