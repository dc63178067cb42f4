#!/usr/bin/env node
import { main } from '../dist/main.js';

process.exitCode = await main(process.argv.slice(2));
// What a failed start may have left open must not keep the program alive; output that still waits has time to leave.
setTimeout(() => process.exit(), 2000).unref();
