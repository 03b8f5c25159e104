import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { defineCommand } from '../../command.ts'
import { formatFacts } from '../../terminal/table.ts'
import { formatBytes } from '../../../core/units.ts'

export const inspect = defineCommand({
  name: 'inspect',
  summary: 'say what a weights file holds, without executing any of it',
  description:
    'Reads .safetensors, PyTorch checkpoints (.pt) and exported detectors (.onnx); the content decides, not the name.\n' +
    "A checkpoint's pickle is interpreted as data: code in it is refused by name and never run.",
  arguments: [['<file>', 'weights']],
  examples: [
    ['weights inspect best.pt', 'format, scale, classes, tensors'],
    ['weights inspect model.onnx --json', 'with every tensor and the metadata'],
  ],
  run: async (context, _options, [given]) => {
    const path = resolve(context.environment.workingFolder, given as string)
    const { readWeights } = await import('../../../yolo/weights/read-weights.ts')
    const { identifyModel } = await import('../../../yolo/weights/identify.ts')
    const file = await readWeights(path)
    const identity = identifyModel(file.tensors)
    const sizeBytes = (await stat(path)).size
    const tensors = [...file.tensors.values()].map(({ name, shape }) => ({
      name,
      shape,
      stored: file.types.get(name) ?? null,
    }))
    const trained = identity?.spec.parameters ?? []
    const parameters = trained
      .filter(({ name }) => !identity?.missing.includes(name))
      .reduce((sum, { shape }) => sum + shape.reduce((product, axis) => product * axis, 1), 0)
    const types = Object.entries(Object.groupBy(file.types.values(), (type) => type))
    const model = identity && `YOLO11${identity.spec.scale}, ${identity.spec.classCount} classes`
    const lacking = identity?.missing.length ?? 0
    return {
      value: {
        file: path,
        sizeBytes,
        format: file.format,
        scale: identity?.spec.scale ?? null,
        classCount: identity?.spec.classCount ?? null,
        classNames: file.classNames ?? null,
        missing: identity?.missing ?? null,
        parameters,
        foldedNorms: file.folded,
        metadata: file.metadata,
        tensors,
      },
      text: formatFacts({
        file: `${path} (${formatBytes(sizeBytes)})`,
        format: file.format,
        model:
          model === undefined ? 'no YOLO11 detector' : `${model}${lacking > 0 ? `, ${lacking} tensors missing` : ''}`,
        classes: file.classNames?.join(', ') ?? 'not named in the file',
        parameters,
        tensors: `${tensors.length}, stored as ${types.map(([type, all]) => `${type} (${all?.length})`).join(', ')}`,
        norms: file.folded ? 'folded into the convolutions, given back as identities' : undefined,
        license: file.metadata['license'],
      }),
    }
  },
})
