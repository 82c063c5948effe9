// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Addresses } from "./Addresses.sol";
import { FilecoinSimulator } from "./FilecoinSimulator.sol";
import { ClosedActor, OpenActor, SIMULATOR } from "./NativeActor.sol";
import { CallActor, CallActorById, LookupDelegatedAddress, ResolveAddress } from "./Precompiles.sol";

/// @dev The cheatcodes that the installation needs.
interface IEtcher {
    function etch(address target, bytes calldata code) external;

    function deal(address target, uint256 balance) external;
}

/// @notice Puts the simulated Filecoin into a Solidity test.
library InstallFilecoin {
    IEtcher private constant VM = IEtcher(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);

    /// @notice Installs the network; new actors get ids from `firstId` on.
    function install(uint64 firstId) internal returns (FilecoinSimulator) {
        VM.etch(SIMULATOR, type(FilecoinSimulator).runtimeCode);
        VM.etch(address((uint160(0xfe) << 152) | 1), type(ResolveAddress).runtimeCode);
        VM.etch(address((uint160(0xfe) << 152) | 2), type(LookupDelegatedAddress).runtimeCode);
        VM.etch(address((uint160(0xfe) << 152) | 3), type(CallActor).runtimeCode);
        VM.etch(address((uint160(0xfe) << 152) | 5), type(CallActorById).runtimeCode);
        for (uint64 id; id <= 10; ++id) VM.etch(Addresses.masked(id), type(ClosedActor).runtimeCode);
        VM.deal(Addresses.masked(2), 1e27);
        FilecoinSimulator(SIMULATOR).start(firstId);
        return FilecoinSimulator(SIMULATOR);
    }

    /// @notice A miner with a balance; sectors, power and money follow by the simulator's levers.
    function addMiner(uint64 id, uint64 owner, uint256 balance, uint64 provingPeriodStart) internal {
        FilecoinSimulator(SIMULATOR).addMiner(id, owner, owner, provingPeriodStart);
        VM.etch(Addresses.masked(id), type(ClosedActor).runtimeCode);
        VM.deal(Addresses.masked(id), balance);
    }

    /// @notice A native multisig with a balance.
    function addMultisig(uint64 id, uint64[] memory signers, uint64 threshold, uint256 balance) internal {
        FilecoinSimulator(SIMULATOR).addMultisig(id, signers, threshold, "");
        VM.etch(Addresses.masked(id), type(OpenActor).runtimeCode);
        VM.deal(Addresses.masked(id), balance);
    }

    /// @notice An f1 or f3 account with a balance; prank its masked address to act in its name.
    function addAccount(uint64 id, uint256 balance) internal returns (address) {
        FilecoinSimulator(SIMULATOR).addAccount(id, "");
        VM.deal(Addresses.masked(id), balance);
        return Addresses.masked(id);
    }
}
