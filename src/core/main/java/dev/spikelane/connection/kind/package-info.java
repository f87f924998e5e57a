/**
 * Facts about connections for networks, files and fingerprints: one
 * {@link dev.spikelane.connection.kind.ConnectionKind} for each class of connections. Start there;
 * {@link dev.spikelane.connection.kind.ConnectionKinds} finds the kind of a connection.
 */
package dev.spikelane.connection.kind;
