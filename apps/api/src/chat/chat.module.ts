import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.ts';
import { ClusterModule } from '../cluster/cluster.module.ts';
import { ProvidersModule } from '../providers/providers.module.ts';
import { UsageModule } from '../usage/usage.module.ts';
import { Access } from './access.ts';
import { ConversationStore } from './conversations/conversation-store.ts';
import { ConversationsController } from './conversations/conversations.controller.ts';
import { Conversations } from './conversations/conversations.ts';
import { PersonalConversations } from './conversations/personal-conversations.ts';
import { Purge } from './conversations/purge.ts';
import { Titles } from './conversations/titles.ts';
import { Checkpoints } from './generations/checkpoints.ts';
import { Context } from './generations/context.ts';
import { DurableGenerations } from './generations/durable-generations.ts';
import { Endings } from './generations/endings.ts';
import { EventStreams } from './generations/event-stream.ts';
import { Fanout } from './generations/fanout.ts';
import { GenerationStore } from './generations/generation-store.ts';
import { GenerationsController } from './generations/generations.controller.ts';
import { Generations } from './generations/generations.ts';
import { Journal } from './generations/journal.ts';
import { JournalStore } from './generations/journal-store.ts';
import { LiveGenerations } from './generations/live-generations.ts';
import { LostBeginnings } from './generations/lost-beginnings.ts';
import { Mirrors } from './generations/mirrors.ts';
import { MissedHints } from './generations/missed-hints.ts';
import { OrphanStore } from './generations/orphan-store.ts';
import { Reader } from './generations/reader.ts';
import { RemoteFanout } from './generations/remote-fanout.ts';
import { Runner } from './generations/runner.ts';
import { Takeover } from './generations/takeover.ts';
import { MessageStore } from './messages/message-store.ts';
import { MessagesController } from './messages/messages.controller.ts';
import { Messages } from './messages/messages.ts';
import { SocketGateway } from './realtime/socket.gateway.ts';
import { SocketRooms } from './realtime/socket-rooms.ts';
import { SocketsOfPeople } from './realtime/sockets-of-people.ts';
import { Strangers } from './strangers.ts';

@Module({
  imports: [AuthModule, ClusterModule, ProvidersModule, UsageModule],
  controllers: [ConversationsController, MessagesController, GenerationsController],
  providers: [
    Access,
    Checkpoints,
    Context,
    ConversationStore,
    Conversations,
    DurableGenerations,
    Endings,
    EventStreams,
    Fanout,
    Generations,
    GenerationStore,
    JournalStore,
    OrphanStore,
    Journal,
    LiveGenerations,
    LostBeginnings,
    MessageStore,
    Messages,
    Mirrors,
    MissedHints,
    PersonalConversations,
    Purge,
    Reader,
    RemoteFanout,
    Runner,
    SocketGateway,
    SocketRooms,
    Strangers,
    SocketsOfPeople,
    Takeover,
    Titles,
  ],
})
export class ChatModule {}
