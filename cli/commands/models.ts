import { Option, type Command } from 'commander';
import { showProgress } from '../terminal/progress.js';

export function addModels(program: Command): void {
  const models = program.command('models').description('list the detectors, install one, or add your own');

  models
    .command('list', { isDefault: true })
    .description('the models that are installed or can be')
    .option('--json', 'print JSON', false)
    .action(async ({ json }: { json: boolean }) => {
      const { listModels } = await import('@sightline/models/registry');
      const listings = await listModels();
      if (json) {
        process.stdout.write(`${JSON.stringify(listings)}\n`);
        return;
      }
      for (const { name, title, licence, isDefault, installed, fault } of listings) {
        const state = fault ? `cannot be used: ${fault}` : installed ? `installed (${installed.sha256.slice(0, 12)})` : 'not installed';
        process.stdout.write(`${isDefault ? '*' : ' '} ${name.padEnd(14)} ${state.padEnd(26)} ${title}, ${licence}\n`);
      }
      process.stdout.write('\n* stands for `model: default` in a site file. Install with `sightline models install NAME`, add your own with `sightline models add FILE|URL`.\n');
    });

  models
    .command('install')
    .description('install a model of the list')
    .argument('<name>')
    .option('--file <path>', 'take it from this file instead of fetching it')
    .action(async (name: string, { file }: { file?: string }) => {
      const { installModel } = await import('@sightline/models/registry');
      const manifest = await installModel({ name, ...(file && { file }), reportProgress: report(name) });
      process.stdout.write(`${manifest.name} is installed; use it with \`model: ${manifest.name}\` on a camera\n`);
    });

  models
    .command('add')
    .description('add a detector of your own: an ONNX file or its address; its head is recognised from its outputs')
    .argument('<source>', 'file or URL of an ONNX model')
    .option('--name <name>', 'name to use in site files; default: the file’s')
    .option('--classes <file>', 'a text file with one class name a line; default: COCO’s 80 when the head has 80')
    .option('--sha256 <hex>', 'checksum that the file must have')
    .addOption(new Option('--pixels <convention>', 'how the model wants its pixels; default: as its head usually does').choices(['rgb-255', 'bgr-255', 'rgb-1', 'imagenet'] as const))
    .action(async (source: string, options: { name?: string; classes?: string; sha256?: string; pixels?: 'rgb-255' | 'bgr-255' | 'rgb-1' | 'imagenet' }) => {
      const { addFromCommandLine } = await import('../models/add.js');
      process.stdout.write(await addFromCommandLine(source, options, report(source)));
    });
}

function report(title: string): (progress: { readonly what: string; readonly share?: number }) => void {
  const progress = showProgress(title, { unit: 'steps', total: 100 });
  return ({ what, share }) => {
    if (share === undefined) process.stderr.write(`${what} …\n`);
    else progress.update(Math.round(share * 100));
  };
}
