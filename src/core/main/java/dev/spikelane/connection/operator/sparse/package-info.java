/**
 * Sparse projections: stores of synapses, the lists of their events, and products with them, forward and backward. Not
 * exported.
 */
package dev.spikelane.connection.operator.sparse;
