import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { SkyloopError } from '../../../core/errors.ts'
import { cocoFile, findCocoFiles, openCoco } from '../coco/read-coco.ts'
import { openCocoWriter } from '../coco/write-coco.ts'
import { openCvat } from '../cvat/read-cvat.ts'
import { findManifests, manifestFile, openManifests } from '../ground-truth/read-manifest.ts'
import { openManifestWriter } from '../ground-truth/write-manifest.ts'
import { openLabelStudio } from '../label-studio/read-label-studio.ts'
import type { LabelFormat, LabelSource, LabelWriter, SourceOptions, WriterOptions } from '../labelled-image.ts'
import { openVisdrone } from '../visdrone/read-visdrone.ts'
import { openVisdroneWriter } from '../visdrone/write-visdrone.ts'
import { openVoc } from '../voc/read-voc.ts'
import { openVocWriter } from '../voc/write-voc.ts'
import { openYolo } from '../yolo/read-yolo.ts'
import { openYoloWriter } from '../yolo/write-yolo.ts'

/** What is given as a source: a folder, or one file with the folder it lies in. */
export interface GivenSource {
  readonly folder: string
  /** Name of the file in the folder, when one was given. */
  readonly file: string | undefined
}

interface FormatRow {
  readonly title: string
  readonly open: (source: GivenSource, options: SourceOptions) => Promise<LabelSource>
  /** Undefined for formats that are only read. */
  readonly write: ((options: WriterOptions) => Promise<LabelWriter>) | undefined
}

export const FORMATS: Readonly<Record<LabelFormat, FormatRow>> = {
  yolo: {
    title: 'YOLO',
    open: (given, options) => openYolo(folderOf(given, 'data.yaml'), options),
    write: openYoloWriter,
  },
  coco: {
    title: 'COCO',
    open: async ({ folder, file }, options) => {
      const { files, leftOut } =
        file === undefined ? await findCocoFiles(folder) : { files: [cocoFile(join(folder, file))], leftOut: [] }
      for (const other of leftOut) options.ledger.issue('file-left-out', 'none', { file: other, line: 0, text: '' })
      return openCoco(some(files, folder, 'COCO file, annotations/*.json or *.json'), options)
    },
    write: openCocoWriter,
  },
  voc: {
    title: 'Pascal VOC',
    open: ({ folder, file }, options) => openVoc(folder, file, options),
    write: openVocWriter,
  },
  visdrone: {
    title: 'VisDrone-DET',
    open: (given, options) => openVisdrone(folderOf(given), options),
    write: openVisdroneWriter,
  },
  'ground-truth': {
    title: 'Ground Truth manifest',
    open: async ({ folder, file }, options) => {
      const files = file === undefined ? await findManifests(folder) : [manifestFile(join(folder, file))]
      return openManifests(some(files, folder, 'manifest, *.manifest or *.jsonl'), options)
    },
    write: openManifestWriter,
  },
  cvat: {
    title: 'CVAT for images 1.1',
    open: ({ folder, file = 'annotations.xml' }, options) => openCvat(join(folder, file), basename(file), options),
    write: undefined,
  },
  'label-studio': {
    title: 'Label Studio JSON',
    open: async ({ folder, file }, options) => {
      const [name] = file === undefined ? some(await jsonFiles(folder), folder, 'Label Studio export, *.json') : [file]
      return openLabelStudio(join(folder, name!), name!, options)
    },
    write: undefined,
  },
}

/** The folder of a format that is one; a file in it may be given where it stands for the whole. */
function folderOf({ folder, file }: GivenSource, standsForAll?: string): string {
  if (file === undefined || file === standsForAll) return folder
  throw new SkyloopError({
    code: 'data.format',
    message: `${file} is not the whole of a data set of this format`,
    hint: `give its folder${standsForAll === undefined ? '' : `; classes and images of a YOLO set are read from ${standsForAll}`}`,
  })
}

async function jsonFiles(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json'))
  if (names.length > 1) {
    throw new SkyloopError({
      code: 'data.format',
      message: `${folder} holds several JSON files (${names.join(', ')}), and an export is one`,
      hint: 'give the file itself',
    })
  }
  return names
}

function some<T>(files: readonly T[], folder: string, what: string): readonly T[] {
  if (files.length > 0) return files
  throw new SkyloopError({ code: 'data.format', message: `${folder} holds no ${what}` })
}
