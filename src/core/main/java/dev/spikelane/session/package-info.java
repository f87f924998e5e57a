/**
 * Many sessions of one network, each a packed state that goes on whenever its input comes:
 * {@link dev.spikelane.session.SessionPool}.
 */
package dev.spikelane.session;
