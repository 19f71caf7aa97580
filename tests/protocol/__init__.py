# SPDX-License-Identifier: ISC
"""What the simulated pool does on the wire, held against recorded exchanges and other clients."""
