import type { Image } from "@waybill/registry-client";

// What a registry takes. Facts come from builders, and one that it would refuse must not cost the whole record.
const LONGEST_NAME = 128;
const LONGEST_ID = 2048;
const LONGEST_KEY = 128;
const LONGEST_VALUE = 4096;
const MOST_ENTRIES = 256;
const MOST_IMAGES = 500;

/** @param warn told of an image that no registry would take */
export function boundedImages(images: Image[], warn: (sentence: string) => void): Image[] {
  const kept = images.filter(({ platform, region, external_id }) => {
    const fits =
      isShort(platform, LONGEST_NAME) && isShort(region, LONGEST_NAME) && isShort(external_id, LONGEST_ID);
    if (!fits)
      warn(
        `the image ${JSON.stringify(external_id.slice(0, LONGEST_NAME))} was left out: no registry takes such an id`,
      );
    return fits;
  });
  if (kept.length > MOST_IMAGES) warn(`of ${kept.length} images only the first ${MOST_IMAGES} are recorded`);
  return kept.slice(0, MOST_IMAGES).map(({ source_image_id, labels, ...image }) => ({
    ...image,
    ...(source_image_id && isShort(source_image_id, LONGEST_ID) && { source_image_id }),
    ...(labels && { labels: boundedTexts(labels) }),
  }));
}

/** Of metadata and labels what fits, values cut. */
export function boundedTexts(texts: Record<string, string>): Record<string, string> {
  const fitting = Object.entries(texts).filter(([key]) => key !== "" && key.length <= LONGEST_KEY);
  return Object.fromEntries(fitting.slice(0, MOST_ENTRIES).map(([key, value]) => [key, boundedText(value)]));
}

/** A value cut to what fits, and without what no database stores. */
export function boundedText(value: string): string {
  return value.slice(0, LONGEST_VALUE).toWellFormed().replaceAll("\0", "\uFFFD");
}

function isShort(text: string, most: number): boolean {
  return text.length <= most && !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(text);
}
