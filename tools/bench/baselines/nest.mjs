// Nest on Fastify with one route that answers an object, and nothing else. Decorators are functions; Node does not read their syntax.
import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';

class Hello {
  read() {
    return { id: '01890000-0000-7000-8000-000000000000', email: 'ann@example.org', name: 'Ann', role: 'member' };
  }
}
Get('hello')(Hello.prototype, 'read', Object.getOwnPropertyDescriptor(Hello.prototype, 'read'));
Controller()(Hello);
class Root {}
Module({ controllers: [Hello] })(Root);

const nest = await NestFactory.create(Root, new FastifyAdapter(), { logger: false });
await nest.listen(0, '127.0.0.1');
process.send?.({ type: 'ready', url: `http://127.0.0.1:${nest.getHttpServer().address().port}` });
process.on('disconnect', () => process.exit(0));
