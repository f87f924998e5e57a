/** Training with forward gradients, against plain loops in double precision. */
@org.jspecify.annotations.NullMarked
package dev.spikelane.train.online;
