/** How one broker of a development cluster is set up. */
export interface BrokerPorts {
  readonly client: number;
  readonly internal: number;
  readonly controller: number;
}

/** What the broker demands of its clients. Between themselves brokers speak plainly, on 127.0.0.1 only. */
export interface BrokerSecurity {
  /** PEM files: private key and certificate in one, and the certificate that signed it. */
  readonly tls?: { readonly keyAndCertFile: string; readonly caFile: string; readonly clientCertificates?: boolean };
  readonly sasl?: { readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'; readonly username: string; readonly password: string };
}

/** server.properties of broker `node` (from 1) of a cluster on this machine. */
export function brokerSettings(node: number, ports: readonly BrokerPorts[], dataFolder: string, security: BrokerSecurity = {}): string {
  const mine = ports[node - 1]!;
  const several = ports.length >= 3;
  const copies = several ? 3 : 1;
  const least = several ? 2 : 1;
  const { tls, sasl } = security;
  const protocol = sasl ? (tls ? 'SASL_SSL' : 'SASL_PLAINTEXT') : tls ? 'SSL' : 'PLAINTEXT';
  const settings: Record<string, string | number | boolean> = {
    'process.roles': 'broker,controller',
    'node.id': node,
    listeners: `CLIENT://127.0.0.1:${mine.client},INTERNAL://127.0.0.1:${mine.internal},CONTROLLER://127.0.0.1:${mine.controller}`,
    'advertised.listeners': `CLIENT://127.0.0.1:${mine.client},INTERNAL://127.0.0.1:${mine.internal}`,
    'listener.security.protocol.map': `CLIENT:${protocol},INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT`,
    'inter.broker.listener.name': 'INTERNAL',
    'controller.listener.names': 'CONTROLLER',
    'controller.quorum.voters': ports.map(({ controller }, index) => `${index + 1}@127.0.0.1:${controller}`).join(','),
    'log.dirs': dataFolder,
    'auto.create.topics.enable': false,
    'offsets.topic.replication.factor': copies,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': copies,
    'transaction.state.log.min.isr': least,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': copies,
    'share.coordinator.state.topic.min.isr': least,
    'min.insync.replicas': least,
    'group.initial.rebalance.delay.ms': 0,
    'message.max.bytes': 4_194_304,
    'replica.fetch.max.bytes': 4_194_304,
    'log.segment.bytes': 67_108_864,
    'log.cleaner.dedupe.buffer.size': 16_777_216,
    'num.network.threads': 2,
    'num.io.threads': 4,
  };
  if (several) {
    // A dead broker is noticed within seconds: the cluster lives on one machine, where heartbeats are never late.
    Object.assign(settings, {
      'broker.session.timeout.ms': 3000,
      'broker.heartbeat.interval.ms': 500,
      'controller.quorum.fetch.timeout.ms': 1500,
      'controller.quorum.election.timeout.ms': 800,
      'replica.lag.time.max.ms': 3000,
    });
  }
  if (tls) {
    Object.assign(settings, {
      'listener.name.client.ssl.keystore.type': 'PEM',
      'listener.name.client.ssl.keystore.location': tls.keyAndCertFile,
      'listener.name.client.ssl.truststore.type': 'PEM',
      'listener.name.client.ssl.truststore.location': tls.caFile,
      'listener.name.client.ssl.client.auth': tls.clientCertificates ? 'required' : 'none',
    });
  }
  if (sasl) {
    const plain = sasl.mechanism === 'PLAIN';
    const module = plain ? 'org.apache.kafka.common.security.plain.PlainLoginModule' : 'org.apache.kafka.common.security.scram.ScramLoginModule';
    const users = plain ? ` username="${sasl.username}" password="${sasl.password}" user_${sasl.username}="${sasl.password}"` : '';
    settings['sasl.enabled.mechanisms'] = sasl.mechanism;
    settings[`listener.name.client.${sasl.mechanism.toLowerCase()}.sasl.jaas.config`] = `${module} required${users};`;
  }
  return `${Object.entries(settings)
    .map(([key, value]) => `${key}=${value}`)
    .join('\n')}\n`;
}
