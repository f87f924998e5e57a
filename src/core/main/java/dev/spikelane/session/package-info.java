/**
 * Pools of many sessions of one network. A session is a packed state that advances by a step for each input. Start with
 * {@link dev.spikelane.session.SessionPool}; {@link dev.spikelane.session.SessionStore} keeps evicted sessions, and
 * {@link dev.spikelane.session.Recording} replays a session.
 */
package dev.spikelane.session;
