import type { OptionSpec } from '../../command.ts'

export interface GroupOptions {
  readonly group?: string
}

export const groupOption: OptionSpec = {
  flags: '--group <name>',
  description: 'model package group (default: skyloop-detectors)',
}

export const packageArgument = ['[package]', 'version number, ARN, `latest` or `approved` (default: latest)'] as const
