// Folders to drop: the synthetic study, real scans where HEADWAY_DATA names them, and a messy CD.

import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { headway, scratch } from "./harness.mjs";

const DATA = process.env.HEADWAY_DATA && resolve(process.env.HEADWAY_DATA);
const REQUIRED = process.env.HEADWAY_DATA_REQUIRED === "1";

/** The page's built-in study as files. */
export function sample(t) {
  const folder = join(scratch(t), "sample");
  headway("sample", folder);
  return folder;
}

/** A study as files: a T2 and a FLAIR of a head made of formulas. Another seed is another study. */
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
  const source = phantom(t);
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
  const source = phantom(t);
  for (const below of [folder, inside]) mkdirSync(below);
  const pack = (archive, ...files) => execFileSync("python3", ["-m", "zipfile", "-c", archive, ...files], { cwd: inside });
  writeFileSync(join(inside, "readme.txt"), "Please open viewer.exe\n");
  pack("inner.zip", "readme.txt");
  cpSync(source, join(inside, "CD"), { recursive: true });
  pack(join(folder, "study.zip"), "CD", "readme.txt", "inner.zip");
  writeFileSync(join(folder, "damaged.zip"), readFileSync(join(folder, "study.zip")).subarray(0, 5000));
  return { folder, images: filesOf(source).length };
}
