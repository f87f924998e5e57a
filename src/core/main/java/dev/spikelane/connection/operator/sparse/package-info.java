/**
 * Sparse projections: stores of synapses, lists of their events, and products with them, forward and backward. Not
 * exported. Start with {@link dev.spikelane.connection.operator.sparse.SparseOperator}, and with
 * {@link dev.spikelane.connection.operator.sparse.EventLists} for events.
 */
package dev.spikelane.connection.operator.sparse;
