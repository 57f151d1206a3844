// Folders to drop: the synthetic study, real scans where HEADWAY_DATA names them, and a messy CD.

import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { headway, scratch } from "./harness.mjs";

const DATA = process.env.HEADWAY_DATA && resolve(process.env.HEADWAY_DATA);
const REQUIRED = process.env.HEADWAY_DATA_REQUIRED === "1";

/** The page's built-in study as files. */
export function sample(t) {
  const folder = join(scratch(t), "sample");
  headway("sample", folder);
  return folder;
}

/** A study as files that has a score: the built-in head with a bright ball in it. Another seed is another study, and another place. */
export function head(t, seed = 1) {
  const folder = join(scratch(t), `head-${seed}`);
  headway("sample", folder);
  for (const file of filesOf(folder)) {
    const image = renumbered(readFileSync(file), seed);
    writeFileSync(file, file.includes("t2_tse_tra") ? withBall(image, Number(basename(file, ".dcm")), seed) : image);
  }
  return folder;
}

/** The same image in the study of another number below 5,000: all UIDs of the built-in study begin alike. */
export function renumbered(image, number) {
  return Buffer.from(image.toString("latin1").replaceAll(/2\.25\.\d{4}\./g, `2.25.${4119 + number}.`), "latin1");
}

/** A ball of 12 mm around the middle slice, as bright as fluid: 36 mm from the middle of the image, turned on from seed to seed. */
function withBall(image, slice, seed) {
  const [radius, away, middle, spacing] = [12, 36, 16, [0.95, 4.95]];
  const [rows, columns] = ["28001000", "28001100"].map((tag) => image.readUInt16LE(image.indexOf(Buffer.from(tag, "hex")) + 8));
  const pixels = image.length - 2 * rows * columns;
  const centre = [rows / 2 + (away * Math.sin(seed)) / spacing[0], columns / 2 + (away * Math.cos(seed)) / spacing[0]];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      if (Math.hypot((row - centre[0]) * spacing[0], (column - centre[1]) * spacing[0], (slice - middle) * spacing[1]) < radius)
        image.writeUInt16LE(150, pixels + 2 * (row * columns + column));
  return image;
}

/** A study as files that has no score: a T2 and a FLAIR of a head made of formulas, which is no head. Another seed is another study. */
export function phantom(t, seed = 1) {
  const folder = join(scratch(t), `phantom-${seed}`);
  headway("phantom", folder, "--seed", String(seed));
  return folder;
}

/** Why tests on this folder of real scans are skipped; false where it is there. With HEADWAY_DATA_REQUIRED nothing is skipped. */
export function absent(name) {
  if (REQUIRED) return false;
  if (!DATA) return "HEADWAY_DATA is not set";
  return existsSync(join(DATA, name)) ? false : `HEADWAY_DATA holds no ${name}`;
}

/** A folder of real scans. */
export function real(name) {
  const folder = join(DATA ?? "", name);
  if (!DATA || !existsSync(folder)) throw new Error(`HEADWAY_DATA_REQUIRED is set, but ${name} is not in HEADWAY_DATA (${DATA || "not set"}).`);
  return folder;
}

/** Files of a folder at any depth. */
export function filesOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

/** What must be said of each path of the messy folder that is in no row. */
export const MESS = {
  "messy/deep/er/IM0001": "damaged_header",
  "messy/empty.dcm": "empty_file",
  "messy/nothing in here": "empty_folder",
  "messy/photo.png": "not_dicom",
  "messy/readme.txt": "not_dicom",
};

/** A CD as they come: one whole study, and around it files that are none, cut short or empty, and an empty folder. */
export function messy(t) {
  const folder = join(scratch(t), "messy");
  const source = head(t);
  for (const below of ["study", "deep/er", "nothing in here"]) mkdirSync(join(folder, below), { recursive: true });
  const images = filesOf(source);
  images.forEach((file, n) => copyFileSync(file, join(folder, "study", `IM${n}`)));
  writeFileSync(join(folder, "readme.txt"), "Please open viewer.exe\n");
  writeFileSync(join(folder, "photo.png"), Buffer.from("89504e470d0a1a0a0000000d49484452", "hex"));
  writeFileSync(join(folder, "empty.dcm"), "");
  writeFileSync(join(folder, "deep/er/IM0001"), readFileSync(images[0]).subarray(0, 200));
  return { folder, images: images.length };
}

/** What must be said of each path of the zipped folder that is in no row. */
export const ZIPPED_MESS = {
  "zipped/damaged.zip": "damaged_archive",
  "zipped/study.zip/readme.txt": "not_dicom",
  "zipped/study.zip/inner.zip": "not_dicom",
};

/** A folder with a study in an archive, and a damaged archive beside it. */
export function zipped(t) {
  const folder = join(scratch(t), "zipped");
  const inside = join(scratch(t), "inside");
  const source = head(t);
  for (const below of [folder, inside]) mkdirSync(below);
  const pack = (archive, ...files) => execFileSync("python3", ["-m", "zipfile", "-c", archive, ...files], { cwd: inside });
  writeFileSync(join(inside, "readme.txt"), "Please open viewer.exe\n");
  pack("inner.zip", "readme.txt");
  cpSync(source, join(inside, "CD"), { recursive: true });
  pack(join(folder, "study.zip"), "CD", "readme.txt", "inner.zip");
  writeFileSync(join(folder, "damaged.zip"), readFileSync(join(folder, "study.zip")).subarray(0, 5000));
  return { folder, images: filesOf(source).length };
}
