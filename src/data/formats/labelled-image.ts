import type { BoxXyxy } from './admit-box.ts'
import type { Split } from './splits.ts'
import type { LabelLedger, LabelPlace } from './label-issue.ts'

/** The formats by the names that the command line uses. */
export const LABEL_FORMATS = ['yolo', 'coco', 'voc', 'visdrone', 'ground-truth', 'cvat', 'label-studio'] as const
export type LabelFormat = (typeof LABEL_FORMATS)[number]

/** What some formats say of a box beyond class and corners; absent means not said. */
export interface BoxTraits {
  /** Not one object: a crowd (COCO) or a region that nobody annotated (VisDrone). */
  readonly ignored?: boolean
  readonly difficult?: boolean
  /** The object reaches beyond the frame. */
  readonly truncated?: boolean
  /** 0 none, 1 partly, 2 heavily hidden by something else. */
  readonly occluded?: 0 | 1 | 2
  /** 0 to 1. */
  readonly confidence?: number
  /** What else was said, by name. */
  readonly attributes?: Readonly<Record<string, string | number | boolean>>
}

/** A box as its source states it; nothing is checked yet but that there are four numbers and a class. */
export interface SourceBox {
  readonly className: string
  /** In the unit of its image. */
  readonly boxXyxy: BoxXyxy
  readonly traits: BoxTraits
  readonly place: LabelPlace
}

/** An image as its source states it. */
export interface SourceImage {
  /** As the source names it: a path, a URL or a bare file name. Never used as a path: files are looked up by it. */
  readonly name: string
  /** The image file, where the format says which one it is. */
  readonly file?: string
  readonly split: Split | undefined
  /** Width and height that the source states. */
  readonly statedSizePx?: readonly [number, number]
  /** `fractions` are of the image as shown, turned by its EXIF orientation; `pixels` are of the stated size. */
  readonly unit: 'pixels' | 'fractions'
  /** None: a background image. Undefined: nobody has said what is in it. */
  readonly boxes: readonly SourceBox[] | undefined
  /** Where the image is named. */
  readonly place: LabelPlace
}

/**
 * A labelled data set that is read image by image.
 *
 * Every label record is counted with `read` of the ledger it was opened with, and the ledger is told of those that are
 * no box, while it is opened or while `images` runs, which is once.
 */
export interface LabelSource {
  /** In the order of their numbers; every box has one of them. */
  readonly classes: readonly string[]
  images(): AsyncIterable<SourceImage>
  /** Removes what reading needed. */
  close?(): Promise<void>
}

export interface SourceOptions {
  /** Ends reading soon after it is aborted. */
  readonly signal?: AbortSignal
  readonly ledger: LabelLedger
  /** What a COCO or CVAT file means by an image without annotations. */
  readonly unlabelled: 'unknown' | 'background'
  /** Ground Truth: which attribute holds the boxes; by default the newest one. */
  readonly labelAttribute?: string
}

/** A box that stands in the data set that is written. */
export interface ReadyBox {
  readonly classId: number
  readonly className: string
  /** Pixels of the image as shown, within it, with area. */
  readonly boxXyxyPx: BoxXyxy
  readonly traits: BoxTraits
  readonly place: LabelPlace
}

/** An image whose name is unique in its split, and whose boxes are in order. */
export interface ReadyImage {
  /** File name without folders. */
  readonly name: string
  readonly sourceName: string
  readonly split: Split | undefined
  /** As shown, turned by its EXIF orientation; undefined only where nothing is known of it, and then there are no boxes. */
  readonly sizePx: readonly [number, number] | undefined
  /** Colour channels of the file; 3, as photographs have, where there is no file to look at. */
  readonly channels: number
  readonly boxes: readonly ReadyBox[] | undefined
  readonly place: LabelPlace
}

/** What became of an image in the target. */
export interface WrittenImage {
  /** `unknown`: written, without saying what it shows. `left-out`: not written at all. */
  readonly as: 'labelled' | 'background' | 'unknown' | 'left-out'
  /** Those that stand in the target; the ledger was told of the others as dropped. */
  readonly kept: readonly ReadyBox[]
}

/** Writes a data set image by image; tells the ledger of what it cannot carry. */
export interface LabelWriter {
  /** Where the image's file belongs, relative to the data set; what `add` writes refers to it. */
  imagePath(split: Split | undefined, name: string): string
  add(image: ReadyImage): Promise<WrittenImage>
  /** Writes what needs all images. */
  finish(): Promise<void>
  /** Closes what is open after a failure. */
  abandon?(): Promise<void>
}

export interface WriterOptions {
  /** An empty folder. */
  readonly folder: string
  readonly classes: readonly string[]
  readonly ledger: LabelLedger
  /** Ground Truth: where the images will lie, `s3://bucket/prefix`. */
  readonly imagePrefix?: string
  readonly labelAttribute?: string
  readonly now: Date
}
