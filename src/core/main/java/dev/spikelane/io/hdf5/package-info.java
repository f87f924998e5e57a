/**
 * HDF5 files by the optional library jHDF: groups, arrays of numbers, and texts, within limits by the size of the file.
 * Read {@code Hdf5} first. Not exported.
 */
package dev.spikelane.io.hdf5;
