/** What networks, files and fingerprints ask of connections: a kind for each class of them. */
package dev.spikelane.connection.kind;
