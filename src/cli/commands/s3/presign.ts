import { defineCommand } from '../../command.ts'
import { objectArgument } from './uri-argument.ts'
import { seconds } from './filter-options.ts'

interface Options {
  readonly method: 'get' | 'put'
  readonly expires: number
  readonly contentType?: string
  readonly fileName?: string
}

export const presign = defineCommand<Options>({
  name: 'presign',
  summary: 'make a URL that reads or writes one object without keys',
  description:
    'Anyone who has the URL may use it until it expires, seven days at most, and no longer than the keys that signed it.',
  arguments: [['<s3-uri>', 's3://bucket/key']],
  options: [
    { flags: '--method <method>', description: 'what the URL allows', choices: ['get', 'put'], default: 'get' },
    { flags: '--expires <time>', description: 'e.g. 90s, 15m, 12h, 7d', default: 3600, parse: seconds('--expires') },
    { flags: '--content-type <type>', description: 'put: the Content-Type that must be sent' },
    { flags: '--file-name <name>', description: 'get: the name under which a browser saves it' },
  ],
  examples: [
    ['s3 presign s3://my-bucket/report.html', 'good for an hour'],
    ['s3 presign s3://my-bucket/in/f01.jpg --method put --content-type image/jpeg --expires 15m', 'an upload'],
  ],
  run: async (context, options, [uri = '']) => {
    objectArgument(uri)
    const library = await import('../../../data/s3/presign.ts')
    const url = await library.presign(await (await context.account()).clients.s3(), uri, {
      method: options.method,
      expiresInSeconds: options.expires,
      ...(options.contentType !== undefined && { contentType: options.contentType }),
      ...(options.fileName !== undefined && { fileName: options.fileName }),
    })
    const expires = new Date(Date.now() + options.expires * 1000).toISOString()
    return { value: { uri, method: options.method, expires, url }, text: url }
  },
})
