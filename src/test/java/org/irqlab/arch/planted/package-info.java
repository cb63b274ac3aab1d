/**
 * Classes that break every rule of the architecture once, in the layout of the product: they show
 * that each rule can fail. Never called.
 */
package org.irqlab.arch.planted;
