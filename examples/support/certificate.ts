/** The certificate of the examples that speak TLS: the user's own, or one made for this run. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Reads the two files; without them, makes a self-signed certificate for localhost with the openssl command. */
export function certificateFrom(certfile: string | undefined, keyfile: string | undefined): Certificate {
  if (certfile !== undefined && keyfile !== undefined) {
    return { cert: readFileSync(certfile, 'utf8'), key: readFileSync(keyfile, 'utf8') };
  }
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
  try {
    const cert = join(folder, 'certificate.pem');
    const key = join(folder, 'key.pem');
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    const files = ['-keyout', key, '-out', cert];
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', ...files, ...names],
      {
        stdio: 'ignore',
      },
    );
    return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
