// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {
    Actor,
    Actors,
    Broken,
    CBOR_CODEC,
    EVM_REVERTED,
    Exit,
    FIRST_EXPORTED,
    FORBIDDEN,
    IdTaken,
    ILLEGAL_ARGUMENT,
    INSUFFICIENT_FUNDS,
    INVOKE_EVM,
    Kind,
    Message,
    NOT_FOUND,
    NotForYou,
    SERIALIZATION,
    SYS_INSUFFICIENT_FUNDS,
    UNHANDLED_MESSAGE,
    UNSPECIFIED
} from "./Actors.sol";
import { Addresses } from "./Addresses.sol";
import { Cbor, Reader } from "./Cbor.sol";
import { NativeActor } from "./NativeActor.sol";

struct Proposal {
    bool exists;
    bytes to;
    /// @dev attoFIL.
    uint256 value;
    uint64 method;
    bytes params;
    uint64[] approved;
}

struct Multisig {
    uint64[] signers;
    uint64 threshold;
    uint64 nextProposal;
    mapping(uint64 id => Proposal proposal) proposals;
}

/// @notice The multisig actor: propose and approve, and what it then does in its own name.
abstract contract Multisigs is Actors {
    using Cbor for Reader;

    mapping(uint64 id => Multisig multisig) internal multisigs;

    function _callMultisig(Message memory m) internal returns (bytes memory) {
        if (m.method == 2) return _propose(m);
        if (m.method == 3) return _approve(m);
        if (m.method == 4) return _cancel(m);
        // Like an account, a multisig answers every other exported method with nothing.
        _check(m.method >= FIRST_EXPORTED, UNHANDLED_MESSAGE);
        return "";
    }

    function _isSigner(Multisig storage s, uint64 id) private view returns (bool) {
        for (uint256 i; i < s.signers.length; ++i) if (s.signers[i] == id) return true;
        return false;
    }

    function _propose(Message memory m) private returns (bytes memory) {
        Reader memory r = Cbor.reader(m.params);
        r.readArray(4);
        bytes memory to = r.readBytes();
        (bool negative, uint256 value) = r.readBigInt();
        uint64 method = r.readUint();
        bytes memory params = r.readBytes();
        _check(r.done() && Addresses.wellFormed(to), SERIALIZATION);
        _check(!negative, ILLEGAL_ARGUMENT);
        Multisig storage s = multisigs[m.to];
        _check(_isSigner(s, m.from), FORBIDDEN);
        _write(m);
        uint64 id = s.nextProposal++;
        Proposal storage p = s.proposals[id];
        (p.exists, p.to, p.value, p.method, p.params) = (true, to, value, method, params);
        p.approved.push(m.from);
        (bool applied, int256 code, bytes memory ret) = _executeIfApproved(m.to, s, id);
        return bytes.concat(hex"84", Cbor.uint_(id), _outcome(applied, code, ret));
    }

    function _approve(Message memory m) private returns (bytes memory) {
        Reader memory r = Cbor.reader(m.params);
        r.readArray(2);
        uint64 id = uint64(r.readInt());
        bytes memory hash = r.readBytes();
        _check(r.done(), SERIALIZATION);
        Multisig storage s = multisigs[m.to];
        _check(_isSigner(s, m.from), FORBIDDEN);
        Proposal storage p = s.proposals[id];
        _check(p.exists, NOT_FOUND);
        // The proposal's own hash (blake2b) is not computed here: approvals name no hash.
        _check(hash.length == 0, ILLEGAL_ARGUMENT);
        _write(m);
        for (uint256 i; i < p.approved.length; ++i) _check(p.approved[i] != m.from, FORBIDDEN);
        p.approved.push(m.from);
        (bool applied, int256 code, bytes memory ret) = _executeIfApproved(m.to, s, id);
        return bytes.concat(hex"83", _outcome(applied, code, ret));
    }

    /// @dev Only who proposed may cancel.
    function _cancel(Message memory m) private returns (bytes memory) {
        Reader memory r = Cbor.reader(m.params);
        r.readArray(2);
        uint64 id = uint64(r.readInt());
        r.readBytes();
        _check(r.done(), SERIALIZATION);
        Multisig storage s = multisigs[m.to];
        _check(_isSigner(s, m.from), FORBIDDEN);
        _check(s.proposals[id].exists, NOT_FOUND);
        _check(s.proposals[id].approved[0] == m.from, FORBIDDEN);
        _write(m);
        delete s.proposals[id];
        return "";
    }

    function _outcome(bool applied, int256 code, bytes memory ret) private pure returns (bytes memory) {
        return bytes.concat(Cbor.bool_(applied), Cbor.int_(int64(code)), Cbor.bytes_(ret));
    }

    function _executeIfApproved(
        uint64 self,
        Multisig storage s,
        uint64 id
    ) private returns (bool applied, int256 code, bytes memory ret) {
        Proposal storage p = s.proposals[id];
        if (p.approved.length < s.threshold) return (false, 0, "");
        bytes memory to = p.to;
        Message memory m = Message({
            from: self,
            fromContract: false,
            to: 0,
            method: p.method,
            value: p.value,
            readOnly: false,
            hasParams: p.params.length != 0,
            params: p.params
        });
        _check(_balance(self) >= m.value, INSUFFICIENT_FUNDS);
        delete s.proposals[id];
        (code, , ret) = _sendAs(to, m);
        // A send that the system refuses has no exit code of its own.
        if (code < 0) (code, ret) = (UNSPECIFIED, "");
        return (true, code, ret);
    }

    /// @dev A native actor's own message to anybody; what fails is undone and answered with its exit code.
    function _sendAs(bytes memory to, Message memory m) internal returns (int256, uint64, bytes memory) {
        try this.sendAs(to, m) returns (int256 code, uint64 codec, bytes memory ret) {
            return (code, codec, ret);
        } catch (bytes memory error_) {
            return _exitOf(error_);
        }
    }

    /// @dev For this contract only: a frame of its own that can be undone.
    function sendAs(bytes calldata to, Message memory m) external returns (int256, uint64, bytes memory) {
        require(msg.sender == address(this), NotForYou());
        m.to = _resolveOrCreate(to, true);
        _check(_balance(m.from) >= m.value, SYS_INSUFFICIENT_FUNDS);
        address evm = actors[m.to].evm;
        if (m.method == INVOKE_EVM && evm.code.length != 0) return _invokeAs(m, evm);
        _pay(m.from, m.to, m.value);
        bytes memory ret = _dispatch(m);
        return (0, ret.length == 0 ? 0 : CBOR_CODEC, ret);
    }

    function _invokeAs(Message memory m, address evm) private returns (int256, uint64, bytes memory) {
        Reader memory r = Cbor.reader(m.params);
        bytes memory data;
        if (m.params.length != 0) data = r.readBytes();
        _check(r.done(), SERIALIZATION);
        (bool ok, bytes memory ret) = NativeActor(payable(Addresses.masked(m.from))).invoke(evm, m.value, data);
        if (!ok) revert Exit(EVM_REVERTED, CBOR_CODEC, Cbor.bytes_(ret));
        return (0, CBOR_CODEC, Cbor.bytes_(ret));
    }

    function _exitOf(bytes memory error_) internal pure returns (int256 code, uint64 codec, bytes memory ret) {
        require(error_.length >= 4 && bytes4(error_) == Exit.selector, Broken(error_));
        uint256 length = error_.length - 4;
        bytes memory tail;
        assembly {
            tail := add(error_, 4)
            mstore(tail, length)
        }
        return abi.decode(tail, (int256, uint64, bytes));
    }

    function _newMultisig(uint64 id, uint64[] memory signers, uint64 threshold) internal {
        require(actors[id].kind == Kind.None, IdTaken(id));
        actors[id] = Actor(Kind.Multisig, address(0));
        (multisigs[id].signers, multisigs[id].threshold) = (signers, threshold);
    }

    /// @dev Runs a message that has arrived with its value; reverts with `Exit` where it fails.
    function _dispatch(Message memory m) internal virtual returns (bytes memory ret);
}
