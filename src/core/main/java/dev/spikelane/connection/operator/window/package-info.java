/**
 * Convolutions, and pools after them: windows of maps, laid out for products. Not exported. Start with
 * {@link dev.spikelane.connection.operator.window.ConvOperator}.
 */
package dev.spikelane.connection.operator.window;
