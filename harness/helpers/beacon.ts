import dgram from 'node:dgram';

/**
 * Sends small numbered UDP packets, one every so many milliseconds, so that whoever listens can tell how many were lost: HOST PORT EVERY_MS, and more triples. It ends with its input, like everything
 * that only looks.
 */
const words = process.argv.slice(2);
const began = performance.now();
const socket = dgram.createSocket('udp4');
// What cannot be sent is missing there: that is what is looked for.
socket.on('error', () => undefined);
for (let i = 0; i + 2 < words.length; i += 3) {
  const [host = '', port = '', every = ''] = words.slice(i, i + 3);
  const every_ms = Number(every);
  let sent = 0n;
  setInterval(() => {
    // What a late timer owes is sent at once: lateness is no loss.
    const due = BigInt(Math.floor((performance.now() - began) / every_ms));
    if (due - sent > 200n) sent = due - 200n;
    while (sent < due) {
      const packet = Buffer.alloc(16);
      packet.writeBigUInt64BE(++sent);
      socket.send(packet, Number(port), host, () => undefined);
    }
  }, every_ms);
}
process.stdout.write('lit\n');
process.stdin.on('end', () => process.exit(0));
process.stdin.resume();
