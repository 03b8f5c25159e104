import { spawn } from 'node:child_process'

const COMMANDS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
}

/** Opens an address in the person's browser. @returns why it could not, or undefined */
export function openBrowser(url: string): Promise<string | undefined> {
  const [command, ...before] = COMMANDS[process.platform] ?? (['xdg-open'] as const)
  return new Promise((resolve) => {
    const child = spawn(command, [...before, url], { stdio: 'ignore', detached: true })
    child.once('error', (error) => resolve(`${command}: ${error.message}`))
    child.once('spawn', () => {
      child.unref()
      resolve(undefined)
    })
  })
}
