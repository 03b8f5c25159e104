import type { SkyloopError } from '../../core/errors.ts'
import { PickleDict, PickleObject, PickleStorage, PickleTensor, type PickleValue } from './pickle-values.ts'

type Args = readonly PickleValue[]
type Fail = (what: string) => SkyloopError

/**
 * What a function of a pickle would have returned, for the few that checkpoints need. None of them is called.
 *
 * @throws SkyloopError `yolo.pickle` naming any other function
 */
export function callInertly(name: string, args: Args, fail: Fail): PickleValue {
  const known = CALLS.get(name)
  if (!known) throw fail(`it calls ${name}, which is not on the list of what a checkpoint may call`)
  return known(name, args, fail)
}

/** The module's functions run programs, open files or connections, or reach what does. */
const HARMFUL_MODULES = new Set(
  (
    'os posix nt sys subprocess shutil pty socket ctypes importlib runpy code codeop webbrowser pickle _pickle marshal ' +
    'operator functools threading multiprocessing asyncio tempfile urllib http ftplib smtplib platform pip pdb bdb timeit ' +
    'trace signal resource io _io builtins __builtin__'
  ).split(' '),
)

const HARMLESS_BUILTINS = new Set([
  'set',
  'frozenset',
  'list',
  'tuple',
  'dict',
  'bytearray',
  'complex',
  'object',
  'slice',
])

/**
 * Why a pickle that so much as mentions this member is refused; undefined when it is not. Nothing depends on the list for
 * safety, as nothing is executed: it tells a person early that the file is an attack and not a model.
 */
export function checkGlobal(module: string, member: string): string | undefined {
  const root = module.split('.')[0]!
  if (!HARMFUL_MODULES.has(root)) return undefined
  if ((root === 'builtins' || root === '__builtin__') && HARMLESS_BUILTINS.has(member)) return undefined
  return `it names ${module}.${member}, which no model needs and an attack would`
}

const record = (name: string, args: Args): PickleValue => new PickleObject(name, args)
const firstList = (_name: string, [items]: Args, fail: Fail): PickleValue => {
  if (items === undefined) return []
  if (!Array.isArray(items)) throw fail('a sequence is made of something that is not one')
  // The list itself: copies of a list that is used again and again would outgrow the pickle.
  return items as Args
}

const CALLS: ReadonlyMap<string, (name: string, args: Args, fail: Fail) => PickleValue> = new Map([
  ['torch._utils._rebuild_tensor_v2', rebuildTensor],
  ['torch._utils._rebuild_parameter', rebuildParameter],
  ['torch._utils._rebuild_parameter_with_state', rebuildParameter],
  ['torch.Size', firstList],
  ['collections.OrderedDict', orderedDict],
  ...['builtins', '__builtin__'].flatMap((module) =>
    ['set', 'frozenset', 'list', 'tuple'].map((type) => [`${module}.${type}`, firstList] as const),
  ),
  // Values that are data and no tensors: kept as names and arguments.
  ...[
    'builtins.bytearray',
    '__builtin__.bytearray',
    '_codecs.encode',
    'datetime.date',
    'datetime.datetime',
    'datetime.timedelta',
    'numpy._core.multiarray._reconstruct',
    'numpy._core.multiarray.scalar',
    'numpy.core.multiarray._reconstruct',
    'numpy.core.multiarray.scalar',
    'numpy.dtype',
    'pathlib.Path',
    'pathlib.PosixPath',
    'pathlib.PurePosixPath',
    'pathlib.PureWindowsPath',
    'pathlib.WindowsPath',
    'pathlib._local.PosixPath',
    'pathlib._local.WindowsPath',
    'torch.device',
  ].map((name) => [name, record] as const),
])

/** `(storage, offset, shape, strides, requires_grad, hooks, ...)` */
function rebuildTensor(_name: string, [storage, offset, shape, strides]: Args, fail: Fail): PickleValue {
  if (!(storage instanceof PickleStorage)) throw fail('a tensor has no storage')
  if (!isNaturals([offset]) || !isNaturals(shape) || !isNaturals(strides) || shape.length !== strides.length) {
    throw fail('a tensor has an offset, shape or strides that are not whole numbers from 0')
  }
  return new PickleTensor(storage, offset as number, shape, strides)
}

function rebuildParameter(_name: string, [tensor]: Args, fail: Fail): PickleValue {
  if (tensor instanceof PickleTensor) return tensor
  throw fail('a parameter is made of something that is not a tensor')
}

/** Python writes the items of an ordered dictionary as instructions after an empty one. */
function orderedDict(_name: string, args: Args, fail: Fail): PickleValue {
  if (args.length > 0) throw fail('it makes an OrderedDict of a list, as only Python 2 wrote it')
  return new PickleDict()
}

function isNaturals(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0)
}
