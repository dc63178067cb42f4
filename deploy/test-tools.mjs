// What tests need beyond npm's packages: Chromium, Java with Maven, GStreamer's RTSP server. Installs what it can, and says
// in one line what is missing; the tests concerned then fail or skip loudly, each saying so again.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const found = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

const tools = [
  { name: 'Chromium', packages: ['chromium'], present: () => Boolean(process.env.CHROMIUM_PATH) || existsSync('/usr/bin/chromium') || found('chromium', '--version'), without: 'the browser tests' },
  { name: 'Java 17 or later', packages: ['openjdk-17-jre-headless'], present: () => found('java', '-version'), without: 'the tests on Apache Kafka' },
  { name: 'Maven', packages: ['maven'], present: () => found('mvn', '-v'), without: 'the tests on Apache Kafka' },
  {
    name: "GStreamer's RTSP server",
    packages: ['gir1.2-gst-rtsp-server-1.0', 'python3-gi', 'gstreamer1.0-plugins-good', 'gstreamer1.0-plugins-bad'],
    present: () => found('/usr/bin/python3', '-c', "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer"),
    without: 'the RTSP tests',
  },
];

export function ensureTestTools() {
  const missing = tools.filter((tool) => !tool.present());
  if (missing.length === 0) return;
  const packages = missing.flatMap((tool) => tool.packages);
  if (process.getuid?.() === 0 && found('apt-get', '--version')) {
    console.log(`Installing for the tests: ${missing.map((tool) => tool.name).join(', ')} …`);
    const apt = (...args) => spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
    apt('update', '-qq');
    apt('install', '-y', '-qq', '--no-install-recommends', ...packages);
  }
  for (const tool of missing) {
    if (!tool.present()) console.error(`Missing for ${tool.without}: ${tool.name}. Install it (Debian: apt-get install ${tool.packages.join(' ')}).`);
  }
}
