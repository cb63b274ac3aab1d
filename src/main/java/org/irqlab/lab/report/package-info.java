/**
 * From the cells' results to what people and programs read: text, JSON, histogram logs.
 *
 * <p>Percentiles come from histograms merged over blocks; spread comes from the blocks, each a
 * fresh JVM, never from pooled samples. Nothing here prints: the command line does.
 */
package org.irqlab.lab.report;
