import type { OptionSpec } from '../../command.ts'

export interface PipelineOptions {
  readonly pipeline?: string
}

export const pipelineOption: OptionSpec = {
  flags: '--pipeline <name>',
  description: 'pipeline name (default: skyloop-detection)',
}
