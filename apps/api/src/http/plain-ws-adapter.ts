import { WsAdapter } from '@nestjs/platform-ws';

/**
 * Plain sockets without Nest's routing of messages: the gateway listens itself, because its frames have acknowledgements of their
 * own. Nest's would hold RxJS subscriptions for every connection, and parse every frame once more to find no handler for it.
 */
export class PlainWsAdapter extends WsAdapter {
  override bindMessageHandlers(): void {}

  override bindClientDisconnect(): void {}
}
