/** Convolutions, and pools behind them: windows of maps, laid out for products. Not exported. */
package dev.spikelane.connection.operator.window;
