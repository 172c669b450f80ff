/** The two processes of a measured server: itself, and its load. */
import { contender, PYTHON } from './contenders.ts';
import { Dialogue } from './dialogue.ts';
import { harnessScript, pythonScript } from './paths.ts';
import { pinned } from './pin.ts';
import type { Case, Environment } from './types.ts';

/** A server in a process of its own, and its port. */
export async function startServer(
  benchCase: Case,
  id: string,
  { node, python }: Environment,
): Promise<{ readonly server: Dialogue; readonly port: number }> {
  const { name, kind, nodeFlags = [] } = benchCase;
  const { module, exported } = id === PYTHON ? {} : contender(id, benchCase);
  const server = new Dialogue(
    module === undefined || exported === undefined
      ? [python?.path ?? 'python3', pythonScript, JSON.stringify({ name, kind })]
      : [node.path, ...nodeFlags, harnessScript('serve'), module, exported, name],
  );
  const { port } = await server.next<{ port: number }>();
  return { server, port };
}

/** A load whose connections are open. All servers are loaded by the same Node, whichever they run on themselves. */
export async function startLoad(
  { protocol }: Case,
  connections: number,
  port: number,
  { cpus }: Environment,
): Promise<Dialogue> {
  const args = [harnessScript('load'), protocol ?? '', String(connections), String(port)];
  const load = new Dialogue(pinned(cpus.at(-2), process.execPath, args).flat());
  await load.next();
  return load;
}
