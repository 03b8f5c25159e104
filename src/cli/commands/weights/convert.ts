import { resolve } from 'node:path'
import { defineCommand } from '../../command.ts'
import { UsageError } from '../../failure.ts'
import { formatFacts } from '../../terminal/table.ts'
import { classNamesFor, classNamesOption, type ClassNamesOption } from './class-names.ts'

interface Options extends ClassNamesOption {
  readonly half?: boolean
}

export const convert = defineCommand<Options>({
  name: 'convert',
  summary: 'write a weights file of another format as safetensors',
  description:
    'Reads what `weights inspect` reads and writes safetensors, which trainings start from and other tools read without\n' +
    'executing anything. The file must hold a whole YOLO11 detector.',
  arguments: [
    ['<file>', 'weights: .pt, .onnx or .safetensors'],
    ['<out>', 'the .safetensors file to write'],
  ],
  options: [classNamesOption, { flags: '--half', description: 'store halves: half the size, three digits' }],
  examples: [
    ['weights convert best.pt best.safetensors', 'a checkpoint of another trainer'],
    ['weights convert model.onnx m.safetensors --classes classes.txt', 'an export, with class names'],
  ],
  run: async (context, options, [given, out]) => {
    const { workingFolder } = context.environment
    const target = resolve(workingFolder, out as string)
    if (!target.endsWith('.safetensors')) {
      throw new UsageError({
        code: 'cli.format',
        message: `${out} does not end in .safetensors, the only format that is written here`,
        hint: 'for .onnx: skyloop weights export',
      })
    }
    const { readWeights } = await import('../../../yolo/weights/read-weights.ts')
    const { wholeModel } = await import('../../../yolo/weights/identify.ts')
    const { writeWeightsFile } = await import('../../../yolo/weights/weights-file.ts')
    const path = resolve(workingFolder, given as string)
    const file = await readWeights(path)
    const { spec, weights } = wholeModel(file.tensors, path)
    const classNames = await classNamesFor(options, context.environment.workingFolder, file.classNames, spec.classCount)
    await writeWeightsFile(target, spec, weights, classNames, {
      half: options.half ?? false,
      metadata: { license: file.metadata['license'] ?? 'that of the source', source: file.format },
    })
    return {
      value: { file: target, scale: spec.scale, classCount: spec.classCount, classNames, from: file.format },
      text: formatFacts({
        file: target,
        model: `YOLO11${spec.scale}, ${spec.classCount} classes`,
        classes: classNames.join(', '),
        from: file.format,
      }),
    }
  },
})
