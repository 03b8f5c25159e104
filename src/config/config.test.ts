import { mkdtemp, readFile, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseIni, readEngineAccess, writeEngineAccess } from './aws-files.ts'
import { resolveConnection } from './connection.ts'
import { readEnvironment } from './environment.ts'

const ACCESS = {
  endpoint: 'http://127.0.0.1:4600',
  region: 'us-east-1',
  accessKeyId: 'AKIAEXAMPLE',
  secretAccessKey: 'a+b/c=d',
}

async function homeWithEngine(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'skyloop-config-'))
  await writeEngineAccess(home, ACCESS, { 'ml-engineer': 'arn:aws:iam::000000000000:role/SkyloopMLEngineer' })
  return home
}

describe('the engine files', () => {
  test('survive a round trip, keys with an equals sign included', async () => {
    expect(await readEngineAccess(await homeWithEngine())).toEqual(ACCESS)
  })

  test('can be read by their owner alone', async () => {
    const home = await homeWithEngine()
    for (const name of ['config', 'credentials']) {
      expect((await stat(join(home, 'aws', name))).mode & 0o777).toBe(0o600)
    }
  })

  test('give each role a profile that other AWS tools can assume', async () => {
    const config = parseIni(await readFile(join(await homeWithEngine(), 'aws', 'config'), 'utf8'))
    expect(config['profile ml-engineer']).toEqual({
      region: 'us-east-1',
      endpoint_url: 'http://127.0.0.1:4600',
      // Its nested settings are for other tools.
      s3: '',
      role_arn: 'arn:aws:iam::000000000000:role/SkyloopMLEngineer',
      source_profile: 'default',
    })
  })
})

test('comments, blank lines, a byte order mark and CRLF in an ini file do no harm', () => {
  expect(parseIni('\uFEFF# note\r\n[default]\r\n; more\r\nregion = eu-west-1 \r\n\r\nkey=a=b\r\n')).toEqual({
    default: { region: 'eu-west-1', key: 'a=b' },
  })
})

describe('where calls go', () => {
  test('the engine, when no profile is named', async () => {
    expect(await resolveConnection({ home: await homeWithEngine() })).toEqual({
      place: 'engine',
      settings: {
        region: 'us-east-1',
        endpoint: 'http://127.0.0.1:4600',
        credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'a+b/c=d' },
      },
    })
  })

  test('the cloud, only when a profile is named', async () => {
    expect(await resolveConnection({ home: '/nowhere', profile: 'work', region: 'eu-west-1' })).toEqual({
      place: 'cloud',
      settings: { profile: 'work', region: 'eu-west-1' },
    })
  })

  test('nowhere, when there is no engine', async () => {
    await expect(resolveConnection({ home: '/nowhere' })).rejects.toThrow('no engine has been started in /nowhere')
  })

  test('another region of the engine is refused', async () => {
    await expect(resolveConnection({ home: await homeWithEngine(), region: 'eu-west-1' })).rejects.toThrow('us-east-1')
  })
})

describe('the environment', () => {
  test('keeps its state in .skyloop of the current folder', () => {
    expect(readEnvironment({}, '/project', 0)).toEqual({
      home: '/project/.skyloop',
      workingFolder: '/project',
      colour: true,
      unattended: false,
      startedAtMs: 0,
      installMs: 0,
    })
  })

  test('takes relative paths from where npm run was typed', () => {
    const env = { INIT_CWD: '/project/below', npm_package_json: '/project/package.json', SKYLOOP_HOME: 'state' }
    const read = readEnvironment(env, '/project', 0)
    expect([read.workingFolder, read.home]).toEqual(['/project/below', '/project/below/state'])
  })

  test('takes relative paths from the current folder when npm is only an ancestor', () => {
    const env = { INIT_CWD: '/elsewhere', npm_package_json: '/elsewhere/package.json' }
    expect(readEnvironment(env, '/project', 0).workingFolder).toBe('/project')
  })

  test('believes a start time of the last hour only', () => {
    const at = (text: string): number => readEnvironment({ SKYLOOP_STARTED_AT_MS: text }, '/', 10_000_000).startedAtMs
    expect([at('9990000'), at('10000001'), at('1'), at('x')]).toEqual([9_990_000, 10_000_000, 10_000_000, 10_000_000])
  })
})
